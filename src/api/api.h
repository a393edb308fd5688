/* What tells people and programs how to use the API. */
#ifndef API_API_H
#define API_API_H

#include "http/web.h"

handler api_guide;    /* /api: the page */
handler api_document; /* /api/v1/openapi.json */

#endif
