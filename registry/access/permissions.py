"""What can be permitted. Roles (roles.py) are made of these words."""

from enum import StrEnum


class Permission(StrEnum):
    """One thing a person may do."""

    CASE_READ = "read cases"
    CASE_ENROL = "enrol a case"
    FORM_WRITE = "enter and correct forms"
    FORM_SIGN = "sign forms"
    POOLED_READ = "read pooled analyses of all sites"
    DATASET_READ = "read de-identified datasets"
    PEOPLE_MANAGE = "manage people and sites"
    TOKEN_OWN = "have personal tokens"
