SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help build run test test-clients train lint format clean swift-is-there

# Debian packages: what churnd links, what churnctl adds to train, what the tests start.
SERVER_PACKAGES := libssl-dev libhiredis-dev
TRAINING_PACKAGES := libxgboost-dev
TEST_PACKAGES := redis-server curl prometheus strace minisign python3-seccomp
# What the tests with packages of Python need.
CLIENT_PACKAGES := python3-venv

# The table that the models learned from is not part of the repository.
DATA ?= $(CHURN_TELCO_CSV)
TRAINED := .build/train

RELEASE := swift build -c release --static-swift-stdlib
SCRIPTS := .ci/run $(wildcard Scripts/*.sh Benchmarks/*.sh Benchmarks/*/*.sh)

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

build: swift-is-there ## Build .build/release/churnd and .build/release/churnctl
	@Scripts/install-packages.sh $(SERVER_PACKAGES) $(TRAINING_PACKAGES)
	$(RELEASE) --product churnd
	$(RELEASE) --product churnctl

run: swift-is-there ## Build churnd and start it in development mode; it prints a curl line that works
	@Scripts/install-packages.sh $(SERVER_PACKAGES)
	$(RELEASE) --product churnd
	@exec .build/release/churnd --dev

test: swift-is-there ## Run all tests, with a real redis-server
	@Scripts/install-packages.sh $(SERVER_PACKAGES) $(TRAINING_PACKAGES) $(TEST_PACKAGES)
	swift build
	swift test

test-clients: swift-is-there ## Run the tests with packages from PyPI, as far as they can be installed
	@Scripts/install-packages.sh $(SERVER_PACKAGES) $(TRAINING_PACKAGES) $(CLIENT_PACKAGES)
	swift build --product churnctl
	swift build --product churnd
	Scripts/test-clients.sh

train: swift-is-there ## Train telco-churn/3 again on DATA=table.csv and compare the bytes
	@test -n "$(DATA)" || { \
	    echo "No table: make train DATA=telco.csv, or set CHURN_TELCO_CSV" >&2; exit 66; }
	@Scripts/install-packages.sh $(SERVER_PACKAGES) $(TRAINING_PACKAGES)
	$(RELEASE) --product churnctl
	rm -rf $(TRAINED)
	.build/release/churnctl train --data "$(DATA)" --schema Config/telco.schema.json \
	    --name telco-churn --version 3 --output $(TRAINED)/telco-churn/3 \
	    --report $(TRAINED)/report.html --export-folds $(TRAINED)/folds.csv \
	    --groups gender SeniorCitizen
	.build/release/churnctl evaluate --model $(TRAINED)/telco-churn/3 --data "$(DATA)"
	@if diff -r Models/telco-churn/3 $(TRAINED)/telco-churn/3; then \
	    echo "$(TRAINED)/telco-churn/3: the bytes of Models/telco-churn/3"; \
	else echo "$(TRAINED)/telco-churn/3: not the bytes of Models/telco-churn/3"; fi

lint: swift-is-there ## Check format and shell scripts; the house rules are among the tests
	@Scripts/install-packages.sh shellcheck
	swift format lint --strict --parallel --recursive Sources Tests Fuzz Package.swift
	shellcheck --external-sources $(SCRIPTS)

format: swift-is-there ## Format the Swift files in place
	swift format --in-place --parallel --recursive Sources Tests Fuzz Package.swift

clean: ## Remove what was built
	rm -rf .build

swift-is-there:
	@command -v swift >/dev/null || { \
	    echo "swift is not in PATH: Swift 6.3 or later is needed, see https://swift.org/install" >&2; \
	    exit 1; }
