"""Addresses of exploring and of the saved views."""

from django.urls import path, re_path

from analytics.explore import saved_views, views

urlpatterns = [
    path("explore/", views.explore, name="explore"),
    path("explore/run/", views.run, name="explore_run"),
    path("explore/state/", views.state, name="explore_state"),
    path("explore/panel/", views.panel, name="explore_panel"),
    re_path(r"^explore/runs/(?P<pk>[0-9]{1,18})/cancel/$", views.cancel_explored, name="explore_cancel"),
    path("explore/save/", saved_views.view_save, name="view_save"),
    re_path(r"^dashboards/saved/(?P<pk>[0-9]{1,18})/$", saved_views.saved_dashboard, name="saved_dashboard"),
    re_path(
        r"^dashboards/saved/(?P<pk>[0-9]{1,18})/change/$",
        saved_views.saved_dashboard_change,
        name="saved_dashboard_change",
    ),
]
