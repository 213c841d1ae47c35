"""Which day it is: the one answer of pages, streams, workers and commands, whose processes and requests have time zones of their own."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


def zone():
    """The time zone of the registry's clock (DISPLAY_TIME_ZONE)."""
    return ZoneInfo(settings.DISPLAY_TIME_ZONE)


def today():
    """The day of the registry's clock"""
    return day_of(timezone.now())


def day_of(moment):
    """The day of the registry's clock at an aware moment."""
    return timezone.localdate(moment, timezone=zone())


def midnight(day, after=0):
    """When a day, or the one so many days after it, begins on the registry's clock."""
    return datetime.combine(day + timedelta(days=after), time.min, zone())
