"""The registry: collects cases. `celery` is here so that `celery -A registry` finds it."""
