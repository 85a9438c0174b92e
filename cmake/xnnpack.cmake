# XNNPACK, with pthreadpool in it, as scripts/setup has compiled it for this variant (cmake/xnnpack). It is the same for every build folder, so that a
# new one does not compile it again.

set(library ${WEBQUANT_DEPS}/lib/${WEBQUANT_VARIANT}/libxnnpack.a)
if(NOT EXISTS ${library})
  message(FATAL_ERROR "${library} is missing: run `scripts/setup ${WEBQUANT_VARIANT}` first.")
endif()
add_library(xnnpack STATIC IMPORTED)
set_target_properties(xnnpack PROPERTIES IMPORTED_LOCATION ${library})
target_include_directories(xnnpack SYSTEM INTERFACE ${WEBQUANT_DEPS}/src/xnnpack/include ${WEBQUANT_DEPS}/src/pthreadpool/include)
