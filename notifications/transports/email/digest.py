"""One mail for many entries, grouped by what they are about."""

import smtplib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import ngettext

from notifications.models import Digest, Notification
from notifications.queries.hours import Hours
from notifications.transports.email import unsubscribe
from tenants.errors import Permanent
from tenants.models import Member
