"""One verb on a page of its own: the form, and the form again with what was entered where it is refused."""

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from rights.actions.requests import RightsRefused

UNPROCESSABLE = 422


def sent(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def form_page(
    request: HttpRequest,
    form: Form,
    verb: Callable[[], object],
    *,
    title: str,
    button: str,
    back: str,
    then: str | Callable[[], str],
    done: str,
    caption: str = "",
    advice: str = "",
    is_warning: bool = False,
) -> HttpResponse:
    """Do `verb` with a valid form and go on to `then`, saying `done`; else show the form with why not."""
    if form.is_valid():
        try:
            verb()
        except RightsRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect(then if isinstance(then, str) else then())
    context = {
        "form": form,
        "title": title,
        "button": button,
        "back": back,
        "caption": caption,
        "advice": advice,
        "kind": "warning" if is_warning else "",
    }
    status = UNPROCESSABLE if form.is_bound and form.errors else None
    return render(request, "rights/form.html", context, status=status)
