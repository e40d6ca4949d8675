from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from . import tickets
from .models import Order


@login_required
def orders(request):
    return render(request, "orders/orders.html", {"orders": Order.objects.all()})


@login_required
def order(request, pk):
    order = get_object_or_404(Order, pk=pk)
    return render(request, "orders/order.html", {"order": order, "ws_url": settings.WS_URL})


@login_required
def state(request, pk):
    """GET returns the state, for a page that may have missed events. POST changes it."""
    order = get_object_or_404(Order, pk=pk)
    if request.method != "POST":
        return JsonResponse({"state": order.state})
    if request.POST.get("state") not in Order.State.values:
        return HttpResponseBadRequest("state must be one of " + ", ".join(Order.State.values))
    order.move(request.POST["state"])
    return redirect("order", pk=pk)


@login_required
@require_GET
def ticket(request, pk):
    """Returns a new ticket for one connection. A project checks here whether the user may see the order."""
    order = get_object_or_404(Order, pk=pk)
    return JsonResponse({"ticket": tickets.ticket(request.user, order)}, headers={"Cache-Control": "no-store"})
