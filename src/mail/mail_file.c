#include "mail/mail_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"

struct maildir {
	struct transport transport;
	char *folder;
};

/* Whether a reader has moved it: cur/ID, or cur/ID:2,FLAGS. */
static bool is_read(const struct maildir *m, const char *id)
{
	struct strbuf path = STRBUF_INIT;
	const struct dirent *entry;
	size_t len = strlen(id);
	bool found = false;
	DIR *dir;

	strbuf_addf(&path, "%s/cur", m->folder);
	dir = opendir(path.buf);
	strbuf_release(&path);
	while (dir && !found && (entry = readdir(dir)))
		found = strncmp(entry->d_name, id, len) == 0 &&
			(!entry->d_name[len] || entry->d_name[len] == ':');
	if (dir)
		closedir(dir);
	return found;
}

/* The whole mail on the disk, under a name that nobody else has. */
static bool write_temporary(char *path, const struct mail *mail)
{
	struct strbuf head = STRBUF_INIT;
	int fd = mkostemp(path, O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return false;
	strbuf_addf(&head, "Return-Path: <%s>\r\nDelivered-To: %s\r\n",
		    mail->from, mail->to);
	ok = file_write_all(fd, head.buf, head.len) &&
	     file_write_all(fd, mail->bytes, mail->len) && fsync(fd) == 0;
	if (close(fd))
		ok = false;
	strbuf_release(&head);
	return ok;
}

static bool sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static enum mail_outcome keep(const struct maildir *m, const struct mail *mail,
			      struct strbuf *text)
{
	struct strbuf from = STRBUF_INIT, to = STRBUF_INIT,
		      folder = STRBUF_INIT;
	enum mail_outcome outcome = MAIL_CONNECTION;

	strbuf_addf(&from, "%s/tmp/%s.XXXXXX", m->folder, mail->id);
	strbuf_addf(&folder, "%s/new", m->folder);
	strbuf_addf(&to, "%s/%s", folder.buf, mail->id);
	/* Not rename(): it would replace what is there. */
	if (write_temporary(from.buf, mail) &&
	    (link(from.buf, to.buf) == 0 || errno == EEXIST))
		outcome = sync_folder(folder.buf) ? MAIL_SENT : MAIL_UNKNOWN;
	if (outcome != MAIL_SENT)
		strbuf_addf(text, "can't keep a mail in %s: %s", m->folder,
			    strerror(errno));
	unlink(from.buf);
	strbuf_release(&from);
	strbuf_release(&to);
	strbuf_release(&folder);
	return outcome;
}

static void send_to_file(struct transport *t, const struct mail *mail,
			 struct mail_reply *reply)
{
	const struct maildir *m = (const struct maildir *)t;

	if (strchr(mail->id, '/') || mail->id[0] == '.') {
		strbuf_addstr(&reply->text, "the Message-ID is no file name");
		reply->outcome = MAIL_OURS;
	} else if (!mail->before_data(mail->arg)) {
		reply->outcome = MAIL_ABORTED;
	} else if (is_read(m, mail->id)) {
		reply->outcome = MAIL_SENT;
	} else {
		reply->outcome = keep(m, mail, &reply->text);
	}
}

static void close_files(struct transport *t)
{
	struct maildir *m = (struct maildir *)t;

	free(m->folder);
	free(m);
}

struct transport *mail_file_open(const char *folder, struct strbuf *err)
{
	static const char *const parts[] = { "", "/tmp", "/new", "/cur" };
	struct strbuf path = STRBUF_INIT;
	struct maildir *m = NULL;

	if (folder[0] != '/' || !folder[strspn(folder, "/")]) {
		strbuf_addstr(err, "a Maildir is file:/DIRECTORY, with the "
				   "whole path");
		goto out;
	}
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		strbuf_reset(&path);
		strbuf_addf(&path, "%s%s", folder, parts[i]);
		if (mkdir(path.buf, 0700) && errno != EEXIST) {
			strbuf_addf(err, "can't make the folder %s: %s",
				    path.buf, strerror(errno));
			goto out;
		}
	}
	m = xcalloc(1, sizeof(*m));
	m->transport.send = send_to_file;
	m->transport.close = close_files;
	m->folder = xstrdup(folder);
out:
	strbuf_release(&path);
	return m ? &m->transport : NULL;
}
