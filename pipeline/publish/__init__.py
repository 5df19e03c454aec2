"""Publish a run: releases, views, data dictionary, report, workbook, PostgreSQL, alerts, appeals."""
