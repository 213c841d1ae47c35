"""Addresses of the record's pages."""

from django.contrib.auth import views as auth
from django.urls import path

from registry.views import (
    case_list,
    case_page,
    codebook,
    form_entry,
    form_live,
    history,
    home,
    people,
    sites,
    tokens,
    worklist,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("language/", home.language, name="language"),
    path("accounts/login/", auth.LoginView.as_view(), name="login"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path("accounts/tokens/", tokens.tokens, name="tokens"),
    path("accounts/tokens/<int:pk>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("worklist/", worklist.worklist, name="worklist"),
    path("cases/", case_list.cases, name="cases"),
    path("cases/new/", case_list.case_new, name="case_new"),
    path("cases/<slug:number>/", case_page.case, name="case"),
    path("cases/<slug:number>/history/", history.case_history, name="case_history"),
    path("cases/<slug:number>/dates/", form_entry.date_echo, name="date_echo"),
    path("cases/<slug:number>/<slug:form>/new/", form_entry.new, name="form_new"),
    path("cases/<slug:number>/<slug:form>/<str:key>/", form_entry.stored_form, name="form"),
    path("cases/<slug:number>/<slug:form>/<str:key>/check/", form_live.check, name="form_check"),
    path("cases/<slug:number>/<slug:form>/<str:key>/history/", history.form_history, name="form_history"),
    path("cases/<slug:number>/<slug:form>/<str:key>/remove/", form_entry.void, name="form_void"),
    path("codebook/", codebook.codebook, name="codebook"),
    path("people/", people.people, name="people"),
    path("people/new/", people.person_new, name="person_new"),
    path("people/<int:pk>/", people.person, name="person"),
    path("sites/", sites.sites, name="sites"),
    path("sites/new/", sites.site_new, name="site_new"),
    path("sites/<int:pk>/", sites.site, name="site"),
]
