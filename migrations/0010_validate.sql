-- What 0007 to 0009 ask of rows that were there before, in a transaction of
-- its own: reads go on meanwhile.

ALTER TABLE ops.job_run VALIDATE CONSTRAINT job_run_outcome_check;
ALTER TABLE catalog.country VALIDATE CONSTRAINT country_iso3_check;
ALTER TABLE salary.source VALIDATE CONSTRAINT source_population_check;
ALTER TABLE salary.source VALIDATE CONSTRAINT source_statistics_check;
ALTER TABLE salary.source VALIDATE CONSTRAINT source_level_basis_check;
ALTER TABLE salary.source VALIDATE CONSTRAINT source_code_scheme_check;
ALTER TABLE salary.source VALIDATE CONSTRAINT source_rate_check;
ALTER TABLE salary.source VALIDATE CONSTRAINT source_snapshot_of_fkey;
ALTER TABLE salary.source VALIDATE CONSTRAINT source_snapshot_of_check;
ALTER TABLE salary.observation VALIDATE CONSTRAINT observation_published_check;
ALTER TABLE salary.observation
	VALIDATE CONSTRAINT observation_precision_pct_check;
ALTER TABLE salary.observation VALIDATE CONSTRAINT observation_is_mean_check;
ALTER TABLE salary.observation
	VALIDATE CONSTRAINT observation_statistic_id_fkey;
ALTER TABLE salary.figure VALIDATE CONSTRAINT figure_limited_reasons_check;
ALTER TABLE salary.figure VALIDATE CONSTRAINT figure_level_basis_check;
ALTER TABLE salary.figure_history
	VALIDATE CONSTRAINT figure_history_cause_check;
