# The registry's commands. Python 3.11 with venv, make and git are all that is presumed.

PYTHON ?= python3
RUN = $(PYTHON) deploy/run.py
export ARGS PORT RESET

.PHONY: demo test check bench servers messages openapi sbom image help
.DEFAULT_GOAL := help

demo: ## start the demonstration (PORT= picks the port, RESET=1 begins afresh); Ctrl-C ends it
	@$(RUN) demo

test: ## run the whole suite on real PostgreSQL, Redis, Celery and a browser (ARGS= goes to pytest)
	@$(RUN) test

check: ## lint, format, types, templates, migrations, codebook, message catalogues, OpenAPI
	@$(RUN) check

bench: ## measure, as ratios to named references in the same run (JSON in var/bench)
	@$(RUN) bench

servers: ## start test servers that stay, for calling pytest by hand
	@$(RUN) servers

messages: ## bring the message catalogues up to date with the source
	@$(RUN) messages

openapi: ## write docs/openapi.yaml anew
	@$(RUN) openapi

sbom: ## list what the registry is made of: CycloneDX and licences in var/sbom
	@$(RUN) sbom

image: ## build the images of docker-compose.yml by docker, podman or buildah (CODE_VERSION, PYTHON_IMAGE; ARGS= goes to it)
	@$(RUN) image

help: ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
