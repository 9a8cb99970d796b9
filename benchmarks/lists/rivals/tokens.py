"""How plain REST framework would read a token; apart from the views, which look for it when they load."""

import hashlib

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from benchmarks.lists.rivals import models


class TokenAuthentication(BaseAuthentication):
    """One query joined with the user, as REST framework's own, but by digest."""

    def authenticate(self, request):
        words = get_authorization_header(request).split()
        if len(words) != 2 or words[0].lower() != b"token":
            return None
        digest = hashlib.sha256(words[1]).hexdigest()
        try:
            token = models.Token.objects.select_related("member__user").get(digest=digest)
        except models.Token.DoesNotExist as error:
            raise AuthenticationFailed("Invalid token.") from error
        if not token.member.user.is_active:
            raise AuthenticationFailed("User inactive or deleted.")
        return token.member.user, token

    def authenticate_header(self, request):
        return "Token"
