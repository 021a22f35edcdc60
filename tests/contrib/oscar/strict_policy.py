"""A strict policy for every page but Oscar's own, which have scripts of theirs inside."""

from tests.browser import strict_policy


def middleware(get_response):
    respond_strictly = strict_policy.middleware(get_response)

    def respond(request):
        is_oscars = request.path.startswith(("/dashboard/", "/accounts/"))
        return (get_response if is_oscars else respond_strictly)(request)

    return respond
