"""Addresses of the dashboards, the datasets and the probe of readiness."""

from django.urls import path

from analytics import analyses, datasets, health, views

urlpatterns = [
    path("ready", health.ready, name="ready"),
    path("datasets/", datasets.datasets, name="datasets"),
    path("analyses/", analyses.analyses, name="analyses"),
    path("analyses/<slug:name>/", analyses.analysis, name="analysis"),
    path("dashboards/", views.dashboards, name="dashboards"),
    path("dashboards/<slug:slug>/", views.dashboard, name="dashboard"),
    path("dashboards/<slug:slug>/state/", views.state, name="dashboard_state"),
    path("dashboards/<slug:slug>/panels/<slug:name>/", views.panel, name="panel"),
]
