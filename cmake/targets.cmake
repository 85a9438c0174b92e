# The project's own targets: the core, the WebAssembly module of the package, the tests, the fuzzers and the programs that write models.

# How all of our own code is compiled.
add_library(webquant_options INTERFACE)
target_compile_options(webquant_options INTERFACE -Wall -Wextra -Werror)
if(EMSCRIPTEN)
  target_compile_options(webquant_options INTERFACE -fwasm-exceptions)
  target_link_options(webquant_options INTERFACE -fwasm-exceptions -sWASM_BIGINT -sALLOW_MEMORY_GROWTH -sMAXIMUM_MEMORY=4GB -sSTACK_SIZE=1MB)
endif()

include(${CMAKE_CURRENT_LIST_DIR}/precompiled.cmake)

# Our kernels are made for one revision of XNNPACK, which is named where it is fetched.
file(STRINGS ${CMAKE_SOURCE_DIR}/scripts/setup.d/versions.sh xnnpack_version REGEX "xnnpack=")
string(REGEX REPLACE ".*\\.([0-9a-f]+)-[0-9]+$" "\\1" WEBQUANT_XNNPACK_REVISION "${xnnpack_version}")

# The core: every folder of src/layers.json. What needs XNNPACK is not compiled natively.
webquant_layers(layers)
set(core_sources)
set(native_folders)
foreach(layer ${layers})
  webquant_layer(is_native ${layer} native)
  webquant_layer(goal ${layer} optimize_for)
  if(is_native)
    list(APPEND native_folders ${layer})
  elseif(NOT EMSCRIPTEN)
    continue()
  endif()
  file(GLOB sources CONFIGURE_DEPENDS src/${layer}/*.cpp)
  list(APPEND core_sources ${sources})
  if(EMSCRIPTEN)
    # What runs once for a model is compiled for size (a sixth of the download), what runs for each frame for speed.
    if(goal STREQUAL speed)
      set_source_files_properties(${sources} PROPERTIES COMPILE_FLAGS -O3)
    else()
      set_source_files_properties(${sources} PROPERTIES COMPILE_FLAGS -Os)
    endif()
    if(layer STREQUAL run/kernels)
      # These take the place of kernels inside XNNPACK, so they need its own headers.
      set_source_files_properties(${sources} PROPERTIES COMPILE_OPTIONS "-isystem;${WEBQUANT_DEPS}/src/xnnpack/src"
                                  COMPILE_DEFINITIONS "WEBQUANT_XNNPACK_REVISION=\"${WEBQUANT_XNNPACK_REVISION}\"")
    endif()
  endif()
endforeach()
add_library(webquant_core STATIC ${core_sources})
target_include_directories(webquant_core PUBLIC ${CMAKE_SOURCE_DIR}/src)
target_link_libraries(webquant_core PUBLIC webquant_options tflite_schema)
webquant_precompiled(webquant_core size)
if(EMSCRIPTEN)
  target_link_libraries(webquant_core PUBLIC xnnpack)
  target_compile_definitions(webquant_core PUBLIC WEBQUANT_XNNPACK=1)
else()
  target_compile_definitions(webquant_core PUBLIC WEBQUANT_XNNPACK=0)
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
if(EMSCRIPTEN AND binding_sources)
  add_executable(webquant ${binding_sources})
  target_link_libraries(webquant PRIVATE webquant_core)
  webquant_precompiled(webquant size)
  target_compile_definitions(webquant PRIVATE WEBQUANT_VARIANT="${WEBQUANT_VARIANT}")
  target_compile_options(webquant PRIVATE -Os)
  # The package fetches and compiles the .wasm itself, in Node too, so that the glue names no file and no module of Node's, which bundlers would follow.
  target_link_options(webquant PRIVATE --bind -O3 -sMODULARIZE -sEXPORT_ES6 -sUSE_ES6_IMPORT_META=0 -sEXPORT_NAME=createWebquant -sENVIRONMENT=web,worker
                      -sFILESYSTEM=0 -sDYNAMIC_EXECUTION=0 -sINCOMING_MODULE_JS_API=instantiateWasm,print,printErr)
  set_target_properties(webquant PROPERTIES OUTPUT_NAME webquant-${WEBQUANT_VARIANT} SUFFIX .mjs)
  add_custom_command(TARGET webquant POST_BUILD COMMAND node ${CMAKE_SOURCE_DIR}/scripts/size.mjs $<TARGET_FILE:webquant> VERBATIM)
endif()

# What tests and tools share: the builder of models, the oracle, the table of operator cases.
file(GLOB support_sources CONFIGURE_DEPENDS tests/cpp/support/*.cpp tests/cpp/oracle/*.cpp tests/cpp/cases/*.cpp)
add_library(webquant_test_support STATIC ${support_sources})
target_include_directories(webquant_test_support PUBLIC ${CMAKE_SOURCE_DIR}/tests/cpp ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(webquant_test_support PUBLIC webquant_core)
target_include_directories(webquant_test_support SYSTEM PRIVATE ${WEBQUANT_DEPS}/src/catch2/extras)
# Tests are compiled far more often than they run.
target_compile_options(webquant_test_support PRIVATE -O1)
webquant_precompiled(webquant_test_support speed)

# The C++ tests lie in folders like those of the sources, and those of native folders run natively too.
if(EMSCRIPTEN)
  file(GLOB_RECURSE test_sources CONFIGURE_DEPENDS tests/cpp/*_test.cpp)
else()
  set(test_sources)
  foreach(folder ${native_folders})
    file(GLOB sources CONFIGURE_DEPENDS tests/cpp/${folder}/*_test.cpp)
    list(APPEND test_sources ${sources})
  endforeach()
endif()
if(TARGET catch2)
  webquant_tool(webquant_tests ${test_sources} tests/networks/hostile.cpp)
  target_link_libraries(webquant_tests PRIVATE webquant_test_support catch2)
  target_compile_options(webquant_tests PRIVATE -O1)
  webquant_precompiled(webquant_tests speed)
endif()

# One libFuzzer program for each file of tests/fuzz.
file(GLOB fuzz_sources CONFIGURE_DEPENDS tests/fuzz/*.cpp)
if(NOT EMSCRIPTEN AND CMAKE_CXX_COMPILER_ID MATCHES Clang)
  # Coverage, which guides them.
  target_compile_options(webquant_core PRIVATE -fsanitize=fuzzer-no-link)
  foreach(source ${fuzz_sources})
    get_filename_component(name ${source} NAME_WE)
    webquant_tool(${name} ${source})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  endforeach()
endif()

# Programs that write the models of the tests and of the example.
if(NOT EMSCRIPTEN)
  file(GLOB network_sources CONFIGURE_DEPENDS tests/networks/*.cpp)
  webquant_tool(write_networks ${network_sources})
  target_link_libraries(write_networks PRIVATE webquant_test_support)
  webquant_tool(write_glyphs_model examples/glyphs/write_model.cpp)
  target_link_libraries(write_glyphs_model PRIVATE webquant_test_support)
endif()
