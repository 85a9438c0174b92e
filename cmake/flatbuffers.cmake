# The schema of .tflite files as a C++ header with FlatBuffers' object API.

set(schema ${CMAKE_SOURCE_DIR}/src/model/tflite.fbs)
set(generated ${CMAKE_BINARY_DIR}/generated)
add_custom_command(
  OUTPUT ${generated}/tflite_generated.h
  COMMAND ${WEBQUANT_DEPS}/bin/flatc --cpp --gen-object-api --cpp-std c++17 -o ${generated} ${schema}
  DEPENDS ${schema} ${WEBQUANT_DEPS}/bin/flatc
  COMMENT "Generating tflite_generated.h"
  VERBATIM)
add_custom_target(tflite_header DEPENDS ${generated}/tflite_generated.h)

add_library(tflite_schema INTERFACE)
add_dependencies(tflite_schema tflite_header)
target_include_directories(tflite_schema SYSTEM INTERFACE ${generated} ${WEBQUANT_DEPS}/src/flatbuffers/include)
