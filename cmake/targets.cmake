# The project's own targets. Each is there as soon as it has sources.

# How all of our own code is compiled.
add_library(webquant_options INTERFACE)
target_compile_options(webquant_options INTERFACE -Wall -Wextra -Werror)
if(EMSCRIPTEN)
  target_compile_options(webquant_options INTERFACE -fwasm-exceptions)
  target_link_options(webquant_options INTERFACE -fwasm-exceptions -sWASM_BIGINT -sALLOW_MEMORY_GROWTH -sMAXIMUM_MEMORY=4GB -sSTACK_SIZE=1MB)
endif()

# The core. What needs XNNPACK is not compiled natively.
file(GLOB core_sources CONFIGURE_DEPENDS src/*.cpp src/ops/*.cpp)
if(EMSCRIPTEN)
  # These take the place of kernels inside XNNPACK, so they need its own headers.
  file(GLOB kernel_sources CONFIGURE_DEPENDS src/kernels/*.cpp)
  list(APPEND core_sources ${kernel_sources})
  set_source_files_properties(${kernel_sources} PROPERTIES COMPILE_OPTIONS "-isystem;${WEBQUANT_DEPS}/src/xnnpack/src")
endif()
if(NOT EMSCRIPTEN)
  list(FILTER core_sources EXCLUDE REGEX "/src/(ops/lower|session|subgraph|inspect|compare)[^/]*\\.cpp$")
endif()
if(core_sources)
  add_library(webquant_core STATIC ${core_sources})
  target_include_directories(webquant_core PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(webquant_core PUBLIC webquant_options tflite_schema)
  # What runs once for a model is compiled for size (a sixth of the download), what runs for each frame for speed.
  if(EMSCRIPTEN)
    target_compile_options(webquant_core PRIVATE -Os)
    file(GLOB hot_sources src/frame*.cpp src/quant_math.cpp src/stats*.cpp src/observer*.cpp src/histogram*.cpp src/error_metrics.cpp
         src/session_values.cpp src/ops/reference*.cpp)
    set_source_files_properties(${hot_sources} ${kernel_sources} PROPERTIES COMPILE_FLAGS -O3)
  endif()
  if(EMSCRIPTEN)
    target_link_libraries(webquant_core PUBLIC xnnpack)
    target_compile_definitions(webquant_core PUBLIC WEBQUANT_XNNPACK=1)
  else()
    target_compile_definitions(webquant_core PUBLIC WEBQUANT_XNNPACK=0)
  endif()
endif()

# webquant_tool(NAME SOURCE...): a program of ours that is run while developing; as WebAssembly it runs under Node and sees the real files.
function(webquant_tool name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE webquant_core)
  if(EMSCRIPTEN)
    # CommonJS whatever package.json says about the type of .js files.
    set_target_properties(${name} PROPERTIES SUFFIX .cjs)
    target_link_options(${name} PRIVATE -O1 -sENVIRONMENT=node -sNODERAWFS=1 -sEXIT_RUNTIME=1)
  endif()
endfunction()

# The WebAssembly module of the npm package.
file(GLOB binding_sources CONFIGURE_DEPENDS bindings/*.cpp)
if(EMSCRIPTEN AND TARGET webquant_core AND binding_sources)
  add_executable(webquant ${binding_sources})
  target_link_libraries(webquant PRIVATE webquant_core)
  target_compile_definitions(webquant PRIVATE WEBQUANT_VARIANT="${WEBQUANT_VARIANT}")
  target_compile_options(webquant PRIVATE -Os)
  # The package fetches and compiles the .wasm itself, in Node too, so that the glue names no file and no module of Node's, which bundlers would follow.
  target_link_options(webquant PRIVATE --bind -O3 -sMODULARIZE -sEXPORT_ES6 -sUSE_ES6_IMPORT_META=0 -sEXPORT_NAME=createWebquant -sENVIRONMENT=web,worker
                      -sFILESYSTEM=0 -sDYNAMIC_EXECUTION=0 -sINCOMING_MODULE_JS_API=instantiateWasm,print,printErr)
  set_target_properties(webquant PROPERTIES OUTPUT_NAME webquant-${WEBQUANT_VARIANT} SUFFIX .mjs)
  add_custom_command(TARGET webquant POST_BUILD COMMAND node ${CMAKE_SOURCE_DIR}/scripts/size.mjs $<TARGET_FILE:webquant> VERBATIM)
endif()

# The C++ tests. Those that run networks need XNNPACK and are called *_xnn*.cpp.
file(GLOB test_sources CONFIGURE_DEPENDS tests/cpp/*.cpp tests/cpp/support/*.cpp)
if(NOT EMSCRIPTEN)
  list(FILTER test_sources EXCLUDE REGEX "_xnn[^/]*\\.cpp$")
endif()
if(TARGET webquant_core AND test_sources)
  webquant_tool(webquant_tests ${test_sources} tests/networks/hostile.cpp)
  target_link_libraries(webquant_tests PRIVATE catch2)
endif()

# One libFuzzer program for each file of tests/fuzz.
file(GLOB fuzz_sources CONFIGURE_DEPENDS tests/fuzz/*.cpp)
if(NOT EMSCRIPTEN AND TARGET webquant_core AND CMAKE_CXX_COMPILER_ID MATCHES Clang)
  # Coverage, which guides them.
  target_compile_options(webquant_core PRIVATE -fsanitize=fuzzer-no-link)
  foreach(source ${fuzz_sources})
    get_filename_component(name ${source} NAME_WE)
    webquant_tool(${name} ${source})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  endforeach()
endif()

if(NOT EMSCRIPTEN AND TARGET webquant_core AND EXISTS ${CMAKE_SOURCE_DIR}/examples/glyphs/write_model.cpp)
  webquant_tool(write_glyphs_model ${CMAKE_SOURCE_DIR}/examples/glyphs/write_model.cpp)
endif()

if(NOT EMSCRIPTEN AND TARGET webquant_core)
  file(GLOB network_sources CONFIGURE_DEPENDS tests/networks/*.cpp)
  webquant_tool(write_networks ${network_sources})
endif()
