/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dlfcn.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "base/lazy.h"

/* The soname, as the linker would record it: it matches the headers that we are compiled with. */
struct lazy {
	const char *soname, *package;
	void *handle;
};

struct lazy lazy_jansson = { .soname = "libjansson.so.4", .package = "libjansson4" };
struct lazy lazy_yaml = { .soname = "libyaml-0.so.2", .package = "libyaml-0-2" };

int lazy_load(struct lazy *library, struct err *err)
{
	if (!library->handle)
		library->handle = dlopen(library->soname, RTLD_NOW | RTLD_LOCAL);
	if (library->handle)
		return 0;
	err_sys(err, ENOENT, "%s", library->soname);
	err_why(err, "cannot load this library: %s", dlerror());
	err_hint(err, "install it (Debian's package %s)", library->package);
	return -ENOENT;
}

/* The library's function NAME; without it the program cannot continue, and exits. */
static void *function(struct lazy *library, const char *name)
{
	struct err err;
	char text[2048];
	void *found;

	if (lazy_load(library, &err)) {
		fprintf(stderr, "sitctl: %s\n", err_text(&err, text, sizeof(text)));
		exit(EXIT_FAILURE);
	}
	found = dlsym(library->handle, name);
	if (!found) {
		fprintf(stderr, "sitctl: %s: has no function %s(): it is not the version that sitctl was built for\n",
			library->soname, name);
		exit(EXIT_FAILURE);
	}
	return found;
}

/*
 * The library's function NAME with PARAMS, called with ARGS; RETURN is empty if it returns nothing. The compiler checks
 * it against the library's header.
 */
#define LAZY(library, type, RETURN, name, params, args)             \
	type name params                                            \
	{                                                           \
		static type(*real) params;                          \
                                                                    \
		if (!real)                                          \
			*(void **)&real = function(library, #name); \
		RETURN real args;                                   \
	}

#define JANSSON(type, name, params, args) LAZY(&lazy_jansson, type, return, name, params, args)
#define YAML(type, name, params, args) LAZY(&lazy_yaml, type, return, name, params, args)
#define JANSSON_VOID(name, params, args) LAZY(&lazy_jansson, void, , name, params, args)
#define YAML_VOID(name, params, args) LAZY(&lazy_yaml, void, , name, params, args)

JANSSON(json_t *, json_object, (void), ())
JANSSON(json_t *, json_array, (void), ())
JANSSON(json_t *, json_string, (const char *value), (value))
JANSSON(json_t *, json_integer, (json_int_t value), (value))
JANSSON(json_t *, json_object_get, (const json_t *object, const char *key), (object, key))
JANSSON(int, json_object_set_new, (json_t * object, const char *key, json_t *value), (object, key, value))
JANSSON(int, json_object_update, (json_t * object, json_t *other), (object, other))
JANSSON(int, json_array_append_new, (json_t * array, json_t *value), (array, value))
JANSSON(int, json_dumpf, (const json_t *json, FILE *output, size_t flags), (json, output, flags))
JANSSON_VOID(json_delete, (json_t * json), (json))
JANSSON(json_t *, json_vpack_ex, (json_error_t * error, size_t flags, const char *fmt, va_list ap),
	(error, flags, fmt, ap))

json_t *json_pack(const char *fmt, ...)
{
	va_list ap;
	json_t *json;

	va_start(ap, fmt);
	json = json_vpack_ex(NULL, 0, fmt, ap);
	va_end(ap);
	return json;
}

YAML(int, yaml_parser_initialize, (yaml_parser_t * parser), (parser))
YAML_VOID(yaml_parser_delete, (yaml_parser_t * parser), (parser))
YAML_VOID(yaml_parser_set_input_string, (yaml_parser_t * parser, const unsigned char *input, size_t size),
	  (parser, input, size))
YAML(int, yaml_parser_parse, (yaml_parser_t * parser, yaml_event_t *event), (parser, event))
YAML(int, yaml_parser_load, (yaml_parser_t * parser, yaml_document_t *document), (parser, document))
YAML_VOID(yaml_event_delete, (yaml_event_t * event), (event))
YAML_VOID(yaml_document_delete, (yaml_document_t * document), (document))
YAML(yaml_node_t *, yaml_document_get_root_node, (yaml_document_t * document), (document))
YAML(yaml_node_t *, yaml_document_get_node, (yaml_document_t * document, int index), (document, index))
