# XNNPACK and what it stands on, for WebAssembly. XNNPACK's own CMake files refuse Emscripten, but the lists of microkernels that they include serve
# here as they are.

set(xnn ${WEBQUANT_DEPS}/src/xnnpack)
foreach(list scalar wasm wasmsimd wasmrelaxedsimd)
  include(${xnn}/cmake/gen/${list}_microkernels.cmake)
endforeach()
set(microkernels ${PROD_SCALAR_MICROKERNEL_SRCS} ${PROD_WASM_MICROKERNEL_SRCS} ${PROD_WASMSIMD_MICROKERNEL_SRCS})
if(WEBQUANT_RELAXED_SIMD)
  list(APPEND microkernels ${PROD_WASMRELAXEDSIMD_MICROKERNEL_SRCS})
endif()
list(TRANSFORM microkernels PREPEND ${xnn}/)

file(GLOB sources ${xnn}/src/*.c ${xnn}/src/configs/*.c ${xnn}/src/enums/*.c ${xnn}/src/operators/*.c ${xnn}/src/reference/*.cc
     ${xnn}/src/subgraph/*.c ${xnn}/src/tables/*.c)
# Only XNNPACK's benchmarks use it.
list(REMOVE_ITEM sources ${xnn}/src/im2col.c)

# The identifier ties weight caches on disk to one set of kernels. There are none here, so any constant does.
set(identifier ${CMAKE_BINARY_DIR}/generated/xnnpack/build_identifier.c)
file(CONFIGURE OUTPUT ${identifier} CONTENT [[
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
static const char kIdentifier[] = "@WEBQUANT_XNNPACK_REVISION@";
const void* xnn_experimental_get_build_identifier_data(void) { return kIdentifier; }
size_t xnn_experimental_get_build_identifier_size(void) { return sizeof(kIdentifier); }
bool xnn_experimental_check_build_identifier(const void* data, size_t size) {
  return size == sizeof(kIdentifier) && memcmp(data, kIdentifier, size) == 0;
}
]] @ONLY)

# Two wasmsimd kernels include <arm_neon.h> by mistake; not every Emscripten has one.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/xnnpack/include/arm_neon.h CONTENT "#include <wasm_simd128.h>\n")

# Without threads: pthreadpool's shim runs everything on the calling thread.
set(pthreadpool ${WEBQUANT_DEPS}/src/pthreadpool)
add_library(pthreadpool STATIC ${pthreadpool}/src/legacy-api.c ${pthreadpool}/src/shim.c)
target_include_directories(pthreadpool SYSTEM PUBLIC ${pthreadpool}/include)
target_include_directories(pthreadpool SYSTEM PRIVATE ${WEBQUANT_DEPS}/src/fxdiv/include)
target_compile_options(pthreadpool PRIVATE -O2 -w)

add_library(xnnpack STATIC ${sources} ${microkernels} ${identifier})
target_include_directories(xnnpack SYSTEM PUBLIC ${xnn}/include)
target_include_directories(xnnpack PRIVATE ${CMAKE_BINARY_DIR}/generated/xnnpack/include ${xnn}/src)
target_include_directories(xnnpack SYSTEM PRIVATE ${WEBQUANT_DEPS}/src/fxdiv/include ${WEBQUANT_DEPS}/src/fp16/include)
target_link_libraries(xnnpack PUBLIC pthreadpool)
# Hundreds of plain loops, for whatever has no kernel of its own.
file(GLOB reference_kernels ${xnn}/src/reference/*.cc)
set_source_files_properties(${reference_kernels} PROPERTIES COMPILE_OPTIONS -Oz)
target_compile_options(xnnpack PRIVATE -O2 -w $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti>)
set_target_properties(xnnpack PROPERTIES C_STANDARD 11 CXX_STANDARD 17)
target_compile_definitions(xnnpack PRIVATE XNN_LOG_LEVEL=0 XNN_ENABLE_CPUINFO=0 XNN_ENABLE_MEMOPT=1 XNN_ENABLE_GEMM_M_SPECIALIZATION=1
                           XNN_ENABLE_DWCONV_MULTIPASS=0 XNN_ENABLE_SPARSE=0 XNN_ENABLE_ASSEMBLY=0)
# What other processors have. XNNPACK wants each of these defined.
foreach(feature ARM_FP16_VECTOR ARM_FP16_SCALAR ARM_BF16 ARM_DOTPROD ARM_I8MM ARM_SME ARM_SME2 RISCV_VECTOR VSX HVX KLEIDIAI
        AVXVNNI AVXVNNIINT8 AVX256SKX AVX256VNNI AVX256VNNIGFNI AVX512F AVX512SKX AVX512VBMI AVX512VNNI AVX512VNNIGFNI AVX512AMX AVX512FP16)
  target_compile_definitions(xnnpack PRIVATE XNN_ENABLE_${feature}=0)
endforeach()
