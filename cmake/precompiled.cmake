# Precompiled headers for the WebAssembly builds: base/tensor.h with the generated header of the schema, and what else nearly every file includes,
# because reading these takes three quarters of the time of compiling. There are two, since Clang wants the same kind of optimization in the header as
# in the file. The native build has none, so that a file that forgets an include does not compile there.

# precompiled_header(GOAL FLAG): the object library webquant_precompiled_GOAL, which exists for its precompiled header.
function(precompiled_header goal flag)
  set(name webquant_precompiled_${goal})
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/precompiled_${goal}.cpp CONTENT "")
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/generated/precompiled_${goal}.cpp)
  target_link_libraries(${name} PRIVATE webquant_options tflite_schema)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src)
  # Without a time stamp, because ccache could not tell whether it is the same header.
  target_compile_options(${name} PRIVATE ${flag} "SHELL:-Xclang -fno-pch-timestamp")
  target_precompile_headers(${name} PRIVATE
    <algorithm> <cmath> <functional> <limits> <map> <memory> <optional> <set> <span> <string> <vector> ${CMAKE_SOURCE_DIR}/src/base/tensor.h)
endfunction()

# webquant_precompiled(TARGET GOAL): the files of the target are compiled with the header for GOAL (size or speed), except for those that have -O3
# among their own COMPILE_FLAGS: they get the one for speed. All flags but the optimization must be those of webquant_options.
function(webquant_precompiled target goal)
  if(NOT EMSCRIPTEN)
    return()
  endif()
  target_precompile_headers(${target} REUSE_FROM webquant_precompiled_${goal})
  target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  set(header ${CMAKE_BINARY_DIR}/CMakeFiles/webquant_precompiled_speed.dir/cmake_pch.hxx)
  get_target_property(sources ${target} SOURCES)
  foreach(source ${sources})
    get_source_file_property(flags ${source} COMPILE_FLAGS)
    if(goal STREQUAL size AND flags MATCHES "-O3")
      set_property(SOURCE ${source} PROPERTY SKIP_PRECOMPILE_HEADERS ON)
      set_property(SOURCE ${source} APPEND PROPERTY COMPILE_OPTIONS -Xclang -include-pch -Xclang ${header}.pch -Xclang -include -Xclang ${header})
      set_property(SOURCE ${source} APPEND PROPERTY OBJECT_DEPENDS ${header}.pch)
    endif()
  endforeach()
endfunction()

if(EMSCRIPTEN)
  precompiled_header(size -Os)
  precompiled_header(speed -O3)
endif()
