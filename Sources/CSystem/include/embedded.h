#pragma once
// The gallery and the Python module, as they were when the program was built: a copied binary alone still has them.

#include <stdbool.h>
#include <stddef.h>

/// How many files there are.
size_t lathe_embedded_count(void);

/// A file's path, such as "Workspaces/digits/template.yaml"; NULL beyond the last.
const char *lathe_embedded_path(size_t index);

/// A file's bytes; never NULL for an index in range.
const unsigned char *lathe_embedded_bytes(size_t index);

/// How many bytes a file has.
size_t lathe_embedded_size(size_t index);

/// Whether a file is to be executable.
bool lathe_embedded_is_executable(size_t index);
