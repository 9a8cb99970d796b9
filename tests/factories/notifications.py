"""Entries of an inbox, and messages on their way out of the house."""

import factory

from notifications.models import Message, Notification
from notifications.states import Kind, Transport
from tests.factories.base import BaseFactory
