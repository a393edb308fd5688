/*
 * The file: transport: a Maildir, for trying things out and for tests. A mail
 * is written into tmp/, brought to the disk and linked into new/ under its
 * Message-ID, so that new/ never holds half a mail, nor two of one id. The
 * envelope stands before it as Return-Path and Delivered-To.
 */
#ifndef MAIL_MAIL_FILE_H
#define MAIL_MAIL_FILE_H

#include "mail/transport.h"

/* Makes the folders where they are missing. NULL with a sentence in err. */
struct transport *mail_file_open(const char *folder,
				 struct strbuf *err) WARN_UNUSED;

#endif
