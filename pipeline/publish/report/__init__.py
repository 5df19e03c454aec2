"""The report: one static page of a release that opens without network."""

from pipeline.publish.report.page import REPORT_NAME, write_report

__all__ = ["REPORT_NAME", "write_report"]
