"""A page with some rows of a table, and one row as JSON."""

from django.db import connection
from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.urls import path


def page(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM room ORDER BY id LIMIT 10")
        return render(request, "page.html", {"rooms": cursor.fetchall()})


def row(request, number):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM room WHERE id = %s", [number])
        found = cursor.fetchone()
    if found is None:
        raise Http404
    return JsonResponse({"id": found[0], "name": found[1]})


urlpatterns = [path("page/", page), path("api/row/<int:number>", row)]
