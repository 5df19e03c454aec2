"""The report: one static page of a release that opens without network."""

from pipeline.publish.report.page import write_report

__all__ = ["write_report"]
