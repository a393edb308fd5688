/*
 * autopsy-ingest: pay from the net and from files into evidence, and from
 * evidence into the figures that pages show. The commands are in salary/; this file joins them
 * to what shows figures, which salary/ does not know.
 *
 * Exit: 0 done, 1 failed, 2 bad usage or settings, 75 try later.
 */
#include "base/commands.h"
#include "db/db.h"
#include "salary/ingest.h"

/* The stored pages of a career show its figures. */
static enum db_result refresh_documents(struct db *db, const char *career_id)
{
	return db_write(db, Q_DOCUMENT_REFRESH, DB_PARAMS(career_id));
}

static int sources(int argc, char **argv)
{
	return salary_source_command(argc, argv, refresh_documents);
}

static int import(int argc, char **argv)
{
	return salary_import_command(argc, argv, refresh_documents);
}

static int run(int argc, char **argv)
{
	return ingest_run_command(argc, argv, refresh_documents);
}

static int review(int argc, char **argv)
{
	return ingest_review_command(argc, argv, refresh_documents);
}

static const struct command commands[] = {
	{ "run", run,
	  "[SOURCE…] [--due] [--dry-run]    fetch pay and publish it" },
	{ "status", ingest_status_command,
	  "[--json]                         whether every source still comes" },
	{ "review", review,
	  "list | accept ID | reject ID     decide what changed too much" },
	{ "sources", sources,
	  "FILE [--dry-run]                 register who publishes pay" },
	{ "import", import,
	  "FILE --source CODE [--dry-run]   record a file of pay" },
};

int main(int argc, char **argv)
{
	return commands_main("autopsy-ingest", commands, ARRAY_SIZE(commands),
			     argc, argv);
}
