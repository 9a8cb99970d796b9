"""Pages by number: `{count, next, previous, results}`."""

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import PageNumberPagination

MOST_DIGITS = 9


class Pages(PageNumberPagination):
    """Fifty rows, or as many as `page_size` asks for up to a hundred. A number that is none is refused, not guessed."""

    page_size = 50
    max_page_size = 100
    page_size_query_param = "page_size"

    def paginate_queryset(self, queryset, request, view=None):
        self._number(request, self.page_query_param)
        try:
            return super().paginate_queryset(queryset, request, view)
        except NotFound as error:
            raise NotFound("There is no such page.", "page_out_of_range") from error

    def get_page_size(self, request):
        asked = self._number(request, self.page_size_query_param)
        return min(asked or self.page_size, self.max_page_size)

    def _number(self, request, name):
        text = request.query_params.get(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS and int(text) > 0):
            raise ValidationError({name: ["Enter a whole number from 1 on."]}, "not_a_number")
        return int(text)
