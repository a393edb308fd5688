#include "mail/mailer_job.h"

#include "base/settings.h"

struct db *mailer_open_db(void)
{
	const struct db_options o = {
		.url = settings_str(SETTING_DATABASE_URL),
		.application = "autopsy-mailer",
		.role = "autopsy_mailer",
		.features = "mail",
		.is_patient = true,
	};

	return db_new(&o);
}

/* Prints why not, from err or because the setting is empty. */
static bool say(bool ok, const char *setting, struct strbuf *err)
{
	if (!ok && err->len)
		fprintf(stderr, "autopsy-mailer: %s\n", err->buf);
	else if (!ok)
		fprintf(stderr,
			"autopsy-mailer: %s is not set; without it there is "
			"nobody to write to\n",
			setting);
	strbuf_release(err);
	return ok;
}

bool mailer_keys(struct token_keys *keys)
{
	const char *path = settings_str(SETTING_LINK_KEYS_FILE);
	struct strbuf err = STRBUF_INIT;

	return say(*path && token_keys_read(keys, path, &err), "LINK_KEYS_FILE",
		   &err);
}

bool mailer_pepper(struct token_pepper *pepper)
{
	const char *path = settings_str(SETTING_EMAIL_PEPPER_FILE);
	struct strbuf err = STRBUF_INIT;

	return say(*path && token_pepper_read(pepper, path, &err),
		   "EMAIL_PEPPER_FILE", &err);
}
