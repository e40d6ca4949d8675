from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from orders import views

urlpatterns = [
    path("", views.orders, name="orders"),
    path("orders/<int:pk>/", views.order, name="order"),
    path("orders/<int:pk>/state/", views.state, name="state"),
    path("orders/<int:pk>/ticket/", views.ticket, name="ticket"),
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
]
