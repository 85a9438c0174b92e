# XNNPACK, with pthreadpool in it, as scripts/setup has compiled it for this variant (cmake/xnnpack). It is the same for every build folder, so that a
# new one does not compile it again.

set(library ${WEBQUANT_DEPS}/lib/${WEBQUANT_VARIANT}/libxnnpack.a)
if(NOT EXISTS ${library})
  message(FATAL_ERROR "${library} is missing: run `scripts/setup ${WEBQUANT_VARIANT}` first.")
endif()
add_library(xnnpack STATIC IMPORTED)
set_target_properties(xnnpack PROPERTIES IMPORTED_LOCATION ${library})
target_include_directories(xnnpack SYSTEM INTERFACE ${WEBQUANT_DEPS}/src/xnnpack/include ${WEBQUANT_DEPS}/src/pthreadpool/include)

# Which revision that is: kernels of ours that know its private structures check it. Its one place is the list of what scripts/setup fetches.
file(STRINGS ${CMAKE_SOURCE_DIR}/scripts/setup.d/versions.sh xnnpack_version REGEX "xnnpack=")
string(REGEX REPLACE ".*\\.([0-9a-f]+)-[0-9]+.*$" "\\1" WEBQUANT_XNNPACK_REVISION "${xnnpack_version}")
