"""Addresses of the record's pages."""

from django.contrib.auth import views as auth
from django.urls import path

urlpatterns = [
    path("accounts/login/", auth.LoginView.as_view(), name="login"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
]
