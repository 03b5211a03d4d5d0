#pragma once
// The gallery, `Workspaces/`, as it was when the program was built: a copied binary alone still offers it.

#include <stdbool.h>
#include <stddef.h>

/// How many files the gallery has.
size_t lathe_gallery_count(void);

/// A file's path in `Workspaces`, such as "digits/template.yaml"; NULL beyond the last.
const char *lathe_gallery_path(size_t index);

/// A file's bytes; never NULL for an index in range.
const unsigned char *lathe_gallery_bytes(size_t index);

/// How many bytes a file has.
size_t lathe_gallery_size(size_t index);

/// Whether a file is to be executable.
bool lathe_gallery_is_executable(size_t index);
