"""A policy under which no inline script or style, and nothing from another host, would work."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def middleware(get_response):
    def respond(request):
        response = get_response(request)
        response["Content-Security-Policy"] = POLICY
        return response

    return respond
