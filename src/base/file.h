/* What write() leaves to its callers. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/alloc.h"

/* All of it, however many calls that takes. False with errno. */
bool file_write_all(int fd, const void *data, size_t len) WARN_UNUSED;

#endif
