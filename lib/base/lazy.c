/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dlfcn.h>
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <yaml.h>

#include "base/lazy.h"

/*
 * What is called of each library: V() a function that returns a value, and what it returns on failure, N() one that
 * returns nothing. Parameters and arguments follow, which the compiler checks against the library's header.
 */
/* clang-format off */
#define JANSSON(V, N)                                                                                             \
	V(json_t *, NULL, json_object, (void), ())                                                                \
	V(json_t *, NULL, json_array, (void), ())                                                                 \
	V(json_t *, NULL, json_string, (const char *value), (value))                                              \
	V(json_t *, NULL, json_integer, (json_int_t value), (value))                                              \
	V(json_t *, NULL, json_object_get, (const json_t *object, const char *key), (object, key))                \
	V(int, -1, json_object_set_new, (json_t *object, const char *key, json_t *value), (object, key, value))   \
	V(int, -1, json_object_update, (json_t *object, json_t *other), (object, other))                          \
	V(int, -1, json_array_append_new, (json_t *array, json_t *value), (array, value))                         \
	V(int, -1, json_dumpf, (const json_t *json, FILE *output, size_t flags), (json, output, flags))           \
	V(json_t *, NULL, json_vpack_ex, (json_error_t *error, size_t flags, const char *fmt, va_list ap),        \
	  (error, flags, fmt, ap))                                                                                \
	N(json_delete, (json_t *json), (json))

#define YAML(V, N)                                                                                                \
	V(int, 0, yaml_parser_initialize, (yaml_parser_t *parser), (parser))                                      \
	V(int, 0, yaml_parser_parse, (yaml_parser_t *parser, yaml_event_t *event), (parser, event))               \
	V(int, 0, yaml_parser_load, (yaml_parser_t *parser, yaml_document_t *document), (parser, document))       \
	V(yaml_node_t *, NULL, yaml_document_get_root_node, (yaml_document_t *document), (document))              \
	V(yaml_node_t *, NULL, yaml_document_get_node, (yaml_document_t *document, int index), (document, index)) \
	N(yaml_parser_delete, (yaml_parser_t *parser), (parser))                                                  \
	N(yaml_parser_set_input_string, (yaml_parser_t *parser, const unsigned char *input, size_t size),         \
	  (parser, input, size))                                                                                  \
	N(yaml_event_delete, (yaml_event_t *event), (event))                                                      \
	N(yaml_document_delete, (yaml_document_t *document), (document))

/* The library's own functions, once it is loaded. */
#define VALUE_POINTER(type, failed, name, params, args) static type(*real_##name) params;
#define NOTHING_POINTER(name, params, args) static void(*real_##name) params;
JANSSON(VALUE_POINTER, NOTHING_POINTER)
YAML(VALUE_POINTER, NOTHING_POINTER)

struct function {
	const char *name;
	void *at; /* its pointer */
};

#define VALUE_ROW(type, failed, name, params, args) { #name, &real_##name },
#define NOTHING_ROW(name, params, args) { #name, &real_##name },
static const struct function jansson_functions[] = { JANSSON(VALUE_ROW, NOTHING_ROW) { .name = NULL } };
static const struct function yaml_functions[] = { YAML(VALUE_ROW, NOTHING_ROW) { .name = NULL } };
/* clang-format on */

/* The soname, as the linker would record it: it matches the headers that we are compiled with. */
struct lazy {
	const char *soname, *package;
	const struct function *functions;
	bool loaded;
};

struct lazy lazy_jansson = { .soname = "libjansson.so.4", .package = "libjansson4", .functions = jansson_functions };
struct lazy lazy_yaml = { .soname = "libyaml-0.so.2", .package = "libyaml-0-2", .functions = yaml_functions };

int lazy_load(struct lazy *library, struct err *err)
{
	void *handle;

	if (library->loaded)
		return 0;
	handle = dlopen(library->soname, RTLD_NOW | RTLD_LOCAL);
	if (!handle) {
		err_sys(err, ENOENT, "%s", library->soname);
		err_why(err, "cannot load this library: %s", dlerror());
		err_hint(err, "install it (Debian's package %s)", library->package);
		return -ENOENT;
	}
	for (const struct function *f = library->functions; f->name; f++) {
		void *found = dlsym(handle, f->name);

		if (!found) {
			err_sys(err, ENOSYS, "%s", library->soname);
			err_why(err, "has no function %s(): this is not the version that sitctl was built for",
				f->name);
			err_hint(err, "install the distribution's own (Debian's package %s)", library->package);
			dlclose(handle);
			return -ENOSYS;
		}
		*(void **)f->at = found;
	}
	library->loaded = true;
	return 0;
}

/* Can its functions be called? Not all who call one need to load it: unit tests, and code that prints nothing. */
static bool is_loaded(struct lazy *library)
{
	struct err ignored;

	return !lazy_load(library, &ignored);
}

#define VALUE(library, type, failed, name, params, args)                    \
	type name params                                                    \
	{                                                                   \
		return is_loaded(&(library)) ? real_##name args : (failed); \
	}
#define NOTHING(library, name, params, args) \
	void name params                     \
	{                                    \
		if (is_loaded(&(library)))   \
			real_##name args;    \
	}
#define JANSSON_VALUE(type, failed, name, params, args) VALUE(lazy_jansson, type, failed, name, params, args)
#define JANSSON_NOTHING(name, params, args) NOTHING(lazy_jansson, name, params, args)
#define YAML_VALUE(type, failed, name, params, args) VALUE(lazy_yaml, type, failed, name, params, args)
#define YAML_NOTHING(name, params, args) NOTHING(lazy_yaml, name, params, args)

JANSSON(JANSSON_VALUE, JANSSON_NOTHING)
YAML(YAML_VALUE, YAML_NOTHING)

json_t *json_pack(const char *fmt, ...)
{
	va_list ap;
	json_t *json;

	va_start(ap, fmt);
	json = json_vpack_ex(NULL, 0, fmt, ap);
	va_end(ap);
	return json;
}
