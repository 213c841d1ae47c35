"""Addresses of the dashboards, the datasets and the probe of readiness."""

from django.urls import path, re_path

from analytics import (
    analyses,
    causes,
    compare,
    cuts,
    datasets,
    error_rates,
    export_log,
    export_pages,
    files,
    health,
    own_cases,
    own_site,
    public,
    scorecards,
    views,
)
from analytics.explore.urls import urlpatterns as explored
from analytics.watch.metrics import metrics
from analytics.watch.page import operations

urlpatterns = [
    path("ready", health.ready, name="ready"),
    path("metrics", metrics, name="metrics"),
    path("operations/", operations, name="operations"),
    path("audits/<int:pk>/report.csv", error_rates.audit_report, name="audit_report"),
    path("datasets/", datasets.datasets, name="datasets"),
    path("datasets/<slug:cohort>/cuts/", cuts.take, name="cut_take"),
    path("datasets/<slug:cohort>/cuts/<slug:name>/", cuts.cut, name="cut"),
    path("datasets/<slug:cohort>/cuts/<slug:name>/state/", cuts.state, name="cut_state"),
    path("datasets/<slug:cohort>/cuts/<slug:name>/verify/", cuts.verify, name="cut_verify"),
    path("datasets/<slug:cohort>/cuts/<slug:name>/compute/", cuts.compute, name="cut_compute"),
    path("datasets/<slug:cohort>/cuts/<slug:name>/report/", cuts.report_make, name="cut_report_make"),
    re_path(
        r"^datasets/(?P<cohort>[-\w]+)/cuts/(?P<name>[-\w]+)/report\.(?P<form>html|pdf)$",
        cuts.report,
        name="cut_report",
    ),
    path("datasets/<slug:cohort>/cuts/<slug:name>/public/", public.public, name="public"),
    path("datasets/<slug:cohort>/cuts/<slug:name>/public/issue/", public.public_issue, name="public_issue"),
    path(
        "datasets/<slug:cohort>/cuts/<slug:name>/public/<slug:analysis>/figure/",
        public.public_figure,
        name="public_figure",
    ),
    re_path(
        r"^datasets/(?P<cohort>[-\w]+)/cuts/(?P<name>[-\w]+)/public/(?P<analysis>[-\w]+)/figure\.(?P<kind>svg|pdf|png)$",
        public.public_file,
        name="public_file",
    ),
    path(
        "datasets/<slug:cohort>/cuts/<slug:name>/public/<slug:analysis>/data.csv",
        public.public_data,
        name="public_data",
    ),
    path(
        "datasets/<slug:cohort>/cuts/<slug:name>/public/report/", public.public_report_make, name="public_report_make"
    ),
    re_path(
        r"^datasets/(?P<cohort>[-\w]+)/cuts/(?P<name>[-\w]+)/public/report\.(?P<form>html|pdf)$",
        public.public_report,
        name="public_report",
    ),
    path("datasets/<slug:cohort>/compare/", compare.compare, name="compare"),
    path("datasets/<slug:cohort>/compare/<slug:name>/figure/", compare.figure, name="compare_figure"),
    path("exports/", export_pages.page, name="exports"),
    path("exports/state/", export_pages.state, name="exports_state"),
    path("exports/log/", export_log.log, name="export_log"),
    path("exports/log.csv", export_log.log_csv, name="export_log_csv"),
    re_path(r"^exports/(?P<pk>[0-9]{1,18})/file/$", export_pages.file, name="export_file"),
    re_path(r"^exports/(?P<pk>[0-9]{1,18})/delete/$", export_pages.delete, name="export_delete"),
    path("analyses/", analyses.analyses, name="analyses"),
    path("analyses/<slug:name>/", analyses.analysis, name="analysis"),
    path("own-site/", own_site.own_site, name="own_site"),
    path("own-site/<slug:name>/figure/", own_site.own_site_figure, name="own_site_figure"),
    path("own-site/<slug:name>/cases/", own_cases.own_site_cases, name="own_site_cases"),
    re_path(r"^runs/(?P<pk>[0-9]{1,18})/figure\.(?P<kind>svg|pdf|png)$", files.figure, name="run_figure"),
    re_path(r"^runs/(?P<pk>[0-9]{1,18})/data\.csv$", files.data, name="run_data"),
    re_path(r"^runs/(?P<pk>[0-9]{1,18})/cases/$", causes.run_cases, name="run_cases"),
    path("cases/<slug:number>/results/", causes.case_results, name="case_results"),
    re_path(r"^datasets/(?P<cohort>[-\w]+)/(?P<revision>[0-9]{1,9})/$", causes.revision, name="revision"),
    path("scorecards/", scorecards.scorecards, name="scorecards"),
    path("scorecards/funnels/", scorecards.scorecard_funnels, name="scorecard_funnels"),
    path("scorecards/<slug:code>/", scorecards.scorecard, name="scorecard"),
    *explored,
    path("dashboards/", views.dashboards, name="dashboards"),
    path("dashboards/<slug:slug>/", views.dashboard, name="dashboard"),
    path("dashboards/<slug:slug>/state/", views.state, name="dashboard_state"),
    path("dashboards/<slug:slug>/panels/", views.panels, name="panels"),
    path("dashboards/<slug:slug>/panels/<slug:name>/", views.panel, name="panel"),
]
