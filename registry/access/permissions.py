"""What can be permitted. Roles (roles.py) are made of these words."""

from enum import StrEnum


class Permission(StrEnum):
    """One thing a person may do."""

    CASE_READ = "read cases"
    CASE_ENROL = "enrol a case"
    FORM_WRITE = "enter and correct forms"
    FORM_SIGN = "sign forms"
    DATA_ENDORSE = "endorse the data of the own hospital at a milestone"
    MILESTONE_SET = "set the milestones at which hospitals endorse their data"
    FORM_VERIFY = "verify forms, and say which are not required"
    FORM_LOCK = "lock and unlock forms and cases"
    QUERY_ANSWER = "answer queries"
    QUERY_MANAGE = "raise, close and re-open queries"
    NAME_REPORT = "ask that a name is taken out of free text"
    NAME_REMOVE = "take a name out of free text, as the second person"
    TRAIL_REVIEW = "review the trail of all sites"
    POOLED_READ = "read pooled analyses of all sites"
    OWN_SITE_READ = "read the outcomes of the own site beside those of the others"
    SITES_COMPARE = "compare the data quality of all sites"
    CAUSE_READ = "see which cases are behind a result"
    VIEWS_OF_ALL = "change the saved views that others share, and cancel their runs"
    DATASET_READ = "read de-identified datasets"
    CUT_TAKE = "freeze data cuts"
    EXPORT_REVIEW = "see who holds which copy"
    PUBLIC_READ = "read what was issued of data cuts for the public"
    PUBLIC_ISSUE = "issue results of data cuts for the public"
    PEOPLE_MANAGE = "manage people and sites"
    OPERATIONS_READ = "see how the registry runs"
    TOKEN_OWN = "have personal tokens"
