"""Addresses of the dashboards, the datasets and the probe of readiness."""

from django.urls import path, re_path

from analytics import analyses, datasets, files, health, own_site, views

urlpatterns = [
    path("ready", health.ready, name="ready"),
    path("datasets/", datasets.datasets, name="datasets"),
    path("analyses/", analyses.analyses, name="analyses"),
    path("analyses/<slug:name>/", analyses.analysis, name="analysis"),
    path("own-site/", own_site.own_site, name="own_site"),
    path("own-site/<slug:name>/figure/", own_site.own_site_figure, name="own_site_figure"),
    re_path(r"^runs/(?P<pk>[0-9]{1,18})/figure\.(?P<kind>svg|pdf|png)$", files.figure, name="run_figure"),
    re_path(r"^runs/(?P<pk>[0-9]{1,18})/data\.csv$", files.data, name="run_data"),
    path("dashboards/", views.dashboards, name="dashboards"),
    path("dashboards/<slug:slug>/", views.dashboard, name="dashboard"),
    path("dashboards/<slug:slug>/state/", views.state, name="dashboard_state"),
    path("dashboards/<slug:slug>/panels/<slug:name>/", views.panel, name="panel"),
]
