#include "gallery.h"

// `#embed` is C23; Clang takes it in every C.
#pragma clang diagnostic ignored "-Wc23-extensions"

// One line a file, here and in the table below; `GalleryTableTests` holds them against `Workspaces/`.
static const unsigned char digits_readme_md[] = {
#embed "../../Workspaces/digits/README.md"
};
static const unsigned char digits_pipeline_yaml[] = {
#embed "../../Workspaces/digits/pipeline.yaml"
};
static const unsigned char digits_steps_evaluate_py[] = {
#embed "../../Workspaces/digits/steps/evaluate.py"
};
static const unsigned char digits_steps_network_py[] = {
#embed "../../Workspaces/digits/steps/network.py"
};
static const unsigned char digits_steps_prepare_py[] = {
#embed "../../Workspaces/digits/steps/prepare.py"
};
static const unsigned char digits_steps_train_py[] = {
#embed "../../Workspaces/digits/steps/train.py"
};
static const unsigned char digits_template_yaml[] = {
#embed "../../Workspaces/digits/template.yaml"
};
static const unsigned char instance_readme_md[] = {
#embed "../../Workspaces/instance/README.md"
};
static const unsigned char instance_template_yaml[] = {
#embed "../../Workspaces/instance/template.yaml"
};
static const unsigned char starter_readme_md[] = {
#embed "../../Workspaces/starter/README.md"
};
static const unsigned char starter_data_iris_csv[] = {
#embed "../../Workspaces/starter/data/iris.csv"
};
static const unsigned char starter_pipeline_yaml[] = {
#embed "../../Workspaces/starter/pipeline.yaml"
};
static const unsigned char starter_steps_evaluate_py[] = {
#embed "../../Workspaces/starter/steps/evaluate.py"
};
static const unsigned char starter_steps_network_py[] = {
#embed "../../Workspaces/starter/steps/network.py"
};
static const unsigned char starter_steps_prepare_py[] = {
#embed "../../Workspaces/starter/steps/prepare.py"
};
static const unsigned char starter_steps_train_py[] = {
#embed "../../Workspaces/starter/steps/train.py"
};
static const unsigned char starter_template_yaml[] = {
#embed "../../Workspaces/starter/template.yaml"
};

struct gallery_file {
  const char *path;
  const unsigned char *bytes;
  size_t size;
  bool is_executable;
};

#define PLAIN(path, bytes) {path, bytes, sizeof(bytes), false}

static const struct gallery_file files[] = {
    PLAIN("digits/README.md", digits_readme_md),
    PLAIN("digits/pipeline.yaml", digits_pipeline_yaml),
    PLAIN("digits/steps/evaluate.py", digits_steps_evaluate_py),
    PLAIN("digits/steps/network.py", digits_steps_network_py),
    PLAIN("digits/steps/prepare.py", digits_steps_prepare_py),
    PLAIN("digits/steps/train.py", digits_steps_train_py),
    PLAIN("digits/template.yaml", digits_template_yaml),
    PLAIN("instance/README.md", instance_readme_md),
    PLAIN("instance/template.yaml", instance_template_yaml),
    PLAIN("starter/README.md", starter_readme_md),
    PLAIN("starter/data/iris.csv", starter_data_iris_csv),
    PLAIN("starter/pipeline.yaml", starter_pipeline_yaml),
    PLAIN("starter/steps/evaluate.py", starter_steps_evaluate_py),
    PLAIN("starter/steps/network.py", starter_steps_network_py),
    PLAIN("starter/steps/prepare.py", starter_steps_prepare_py),
    PLAIN("starter/steps/train.py", starter_steps_train_py),
    PLAIN("starter/template.yaml", starter_template_yaml),
};

static const struct gallery_file none = {NULL, NULL, 0, false};

static const struct gallery_file *file(size_t index) {
  return index < lathe_gallery_count() ? &files[index] : &none;
}

size_t lathe_gallery_count(void) { return sizeof(files) / sizeof(files[0]); }

const char *lathe_gallery_path(size_t index) { return file(index)->path; }

const unsigned char *lathe_gallery_bytes(size_t index) { return file(index)->bytes; }

size_t lathe_gallery_size(size_t index) { return file(index)->size; }

bool lathe_gallery_is_executable(size_t index) { return file(index)->is_executable; }
