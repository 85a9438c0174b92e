# Catch2 as one translation unit, with its main(). For WebAssembly scripts/setup has compiled it, because it is the same in all variants; natively it
# must be compiled with the same sanitizers as the tests. Set up only for the package, there is no Catch2, and so no target for the tests.

set(extras ${WEBQUANT_DEPS}/src/catch2/extras)
if(EMSCRIPTEN)
  set(library ${WEBQUANT_DEPS}/lib/wasm/libcatch2.a)
  if(NOT EXISTS ${library})
    message(STATUS "No C++ tests: scripts/setup, without --package, compiles the Catch2 that they need.")
    return()
  endif()
  add_library(catch2 STATIC IMPORTED)
  set_target_properties(catch2 PROPERTIES IMPORTED_LOCATION ${library})
else()
  add_library(catch2 STATIC ${extras}/catch_amalgamated.cpp)
  target_compile_options(catch2 PRIVATE -w)
endif()
target_include_directories(catch2 SYSTEM INTERFACE ${extras})
