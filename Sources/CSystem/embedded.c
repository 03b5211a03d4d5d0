#include "embedded.h"

// `#embed` is C23; Clang takes it in every C.
#pragma clang diagnostic ignored "-Wc23-extensions"

// One line a file, here and in the table below; tests hold them against `Workspaces/` and `Python/lathe/`.
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
static const unsigned char python_lathe_init___py[] = {
#embed "../../Python/lathe/__init__.py"
};
static const unsigned char python_lathe_folder_py[] = {
#embed "../../Python/lathe/_folder.py"
};
static const unsigned char python_lathe_modules_py[] = {
#embed "../../Python/lathe/_modules.py"
};
static const unsigned char python_lathe_writer_py[] = {
#embed "../../Python/lathe/_writer.py"
};
static const unsigned char python_lathe_keras_py[] = {
#embed "../../Python/lathe/keras.py"
};
static const unsigned char python_lathe_lightgbm_py[] = {
#embed "../../Python/lathe/lightgbm.py"
};
static const unsigned char python_lathe_lightning_py[] = {
#embed "../../Python/lathe/lightning.py"
};
static const unsigned char python_lathe_py_typed[] = {
#embed "../../Python/lathe/py.typed"
};
static const unsigned char python_lathe_sklearn_py[] = {
#embed "../../Python/lathe/sklearn.py"
};
static const unsigned char python_lathe_transformers_py[] = {
#embed "../../Python/lathe/transformers.py"
};
static const unsigned char python_lathe_xgboost_py[] = {
#embed "../../Python/lathe/xgboost.py"
};

struct embedded_file {
  const char *path;
  const unsigned char *bytes;
  size_t size;
  bool is_executable;
};

#define PLAIN(path, bytes) {path, bytes, sizeof(bytes), false}

static const struct embedded_file files[] = {
    PLAIN("Workspaces/digits/README.md", digits_readme_md),
    PLAIN("Workspaces/digits/pipeline.yaml", digits_pipeline_yaml),
    PLAIN("Workspaces/digits/steps/evaluate.py", digits_steps_evaluate_py),
    PLAIN("Workspaces/digits/steps/network.py", digits_steps_network_py),
    PLAIN("Workspaces/digits/steps/prepare.py", digits_steps_prepare_py),
    PLAIN("Workspaces/digits/steps/train.py", digits_steps_train_py),
    PLAIN("Workspaces/digits/template.yaml", digits_template_yaml),
    PLAIN("Workspaces/instance/README.md", instance_readme_md),
    PLAIN("Workspaces/instance/template.yaml", instance_template_yaml),
    PLAIN("Workspaces/starter/README.md", starter_readme_md),
    PLAIN("Workspaces/starter/data/iris.csv", starter_data_iris_csv),
    PLAIN("Workspaces/starter/pipeline.yaml", starter_pipeline_yaml),
    PLAIN("Workspaces/starter/steps/evaluate.py", starter_steps_evaluate_py),
    PLAIN("Workspaces/starter/steps/network.py", starter_steps_network_py),
    PLAIN("Workspaces/starter/steps/prepare.py", starter_steps_prepare_py),
    PLAIN("Workspaces/starter/steps/train.py", starter_steps_train_py),
    PLAIN("Workspaces/starter/template.yaml", starter_template_yaml),
    PLAIN("python/lathe/__init__.py", python_lathe_init___py),
    PLAIN("python/lathe/_folder.py", python_lathe_folder_py),
    PLAIN("python/lathe/_modules.py", python_lathe_modules_py),
    PLAIN("python/lathe/_writer.py", python_lathe_writer_py),
    PLAIN("python/lathe/keras.py", python_lathe_keras_py),
    PLAIN("python/lathe/lightgbm.py", python_lathe_lightgbm_py),
    PLAIN("python/lathe/lightning.py", python_lathe_lightning_py),
    PLAIN("python/lathe/py.typed", python_lathe_py_typed),
    PLAIN("python/lathe/sklearn.py", python_lathe_sklearn_py),
    PLAIN("python/lathe/transformers.py", python_lathe_transformers_py),
    PLAIN("python/lathe/xgboost.py", python_lathe_xgboost_py),
};

static const struct embedded_file none = {NULL, NULL, 0, false};

static const struct embedded_file *file(size_t index) {
  return index < lathe_embedded_count() ? &files[index] : &none;
}

size_t lathe_embedded_count(void) { return sizeof(files) / sizeof(files[0]); }

const char *lathe_embedded_path(size_t index) { return file(index)->path; }

const unsigned char *lathe_embedded_bytes(size_t index) { return file(index)->bytes; }

size_t lathe_embedded_size(size_t index) { return file(index)->size; }

bool lathe_embedded_is_executable(size_t index) { return file(index)->is_executable; }
