/* For Wine only, on the machine that builds: Windows 10 brings an icuuc.dll, Wine 8 does not.
 *
 * Qt6Core imports these functions of it to convert old character sets. Each says that the
 * converter is not there (U_MISSING_RESOURCE_ERROR), after which Qt uses its own. The till
 * writes UTF-8. Never shipped: the build makes sure that no icuuc.dll is in the bundle.
 */
#define EXPORT __declspec(dllexport)
#define MISSING 2

typedef int Error;

EXPORT void *ucnv_open(const char *name, Error *error) { if (error) *error = MISSING; return 0; }
EXPORT void ucnv_close(void *converter) {}
EXPORT void ucnv_reset(void *converter) {}
EXPORT signed char ucnv_getMaxCharSize(void *converter) { return 1; }
EXPORT const char *ucnv_getName(void *converter, Error *error) { if (error) *error = MISSING; return 0; }
EXPORT const char *ucnv_getStandardName(const char *name, const char *standard, Error *error)
{ if (error) *error = MISSING; return 0; }
EXPORT const char *ucnv_getAvailableName(int index) { return 0; }
EXPORT int ucnv_countAvailable(void) { return 0; }
EXPORT int ucnv_toUCountPending(void *converter, Error *error) { return 0; }
EXPORT int ucnv_fromUCountPending(void *converter, Error *error) { return 0; }
EXPORT void ucnv_getToUCallBack(void *converter, void **action, const void **context) {}
EXPORT void ucnv_getFromUCallBack(void *converter, void **action, const void **context) {}
EXPORT void ucnv_setToUCallBack(void) {}
EXPORT void ucnv_setFromUCallBack(void) {}
EXPORT void ucnv_cbToUWriteUChars(void) {}
EXPORT void ucnv_cbFromUWriteUChars(void) {}
EXPORT void ucnv_toUnicode(void) {}
EXPORT void ucnv_fromUnicode(void) {}
EXPORT void UCNV_FROM_U_CALLBACK_SUBSTITUTE(void) {}
EXPORT void UCNV_TO_U_CALLBACK_SUBSTITUTE(void) {}
