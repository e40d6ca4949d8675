"""A page with some rows of a table, and one row as JSON."""

from django.db import connection
from django.http import JsonResponse
from django.shortcuts import render
from django.urls import path


def page(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM room ORDER BY id LIMIT 10")
        return render(request, "page.html", {"rooms": cursor.fetchall()})


def row(request, number):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM room WHERE id = %s", [number])
        found, name = cursor.fetchone()
    return JsonResponse({"id": found, "name": name})


urlpatterns = [path("page/", page), path("api/row/<int:number>", row)]
