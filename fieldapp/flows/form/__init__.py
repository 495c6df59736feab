"""The record as questions, by subject; `fieldapp.flows.report_form.ReportForm` is all of them together."""
