/*
 * CSV as RFC 4180 has it, record by record, from whatever hands out bytes:
 * fields with commas, quotes and line ends within quotes; CRLF or LF between
 * records; a byte order mark is passed over, and so are blank lines. Text is
 * UTF-8 without control characters, a field at most 4 kB, a record at most
 * 64 fields and 256 kB. Memory is the buffer of one record, however long the
 * file is.
 */
#ifndef SALARY_CSV_STREAM_H
#define SALARY_CSV_STREAM_H

#include <sys/types.h>

#include "base/strbuf.h"

#define CSV_MAX_FIELD 4096
#define CSV_MAX_FIELDS 64
#define CSV_MAX_RECORD ((size_t)1 << 18)

struct csv_record {
	size_t line; /* that it begins on, from 1 */
	size_t count;
	const char *fields[CSV_MAX_FIELDS];
};

/* What is wrong with a record: constant texts. */
struct csv_fault {
	size_t line;
	size_t field; /* from 1; 0: the record as a whole */
	const char *problem;
	const char *remedy;
};

enum csv_result {
	CSV_RECORD,
	CSV_FAULT, /* see fault; the next record may be good */
	CSV_END,
	CSV_UNREADABLE, /* fill said so */
};

/* Up to len bytes into buf; 0 at the end, -1 if there is no reading on. */
typedef ssize_t csv_fill_fn(void *arg, char *buf, size_t len);

struct csv_stream {
	csv_fill_fn *fill;
	void *arg;
	char *buf;
	size_t start, end; /* of what is not yet handed out */
	size_t line;	   /* that start is on */
	bool is_drained;   /* fill has no more */
	bool is_over;	   /* nothing more can be made of the text */
	struct csv_fault fault;
};

void csv_stream_init(struct csv_stream *s, csv_fill_fn *fill, void *arg);
void csv_stream_release(struct csv_stream *s);

/* The next record; its fields are valid until the next call. */
enum csv_result csv_stream_next(struct csv_stream *s,
				struct csv_record *record) WARN_UNUSED;

#endif
