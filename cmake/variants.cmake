# The WebAssembly variants that the package consists of, and what makes each: the one place for flags that every object of a variant, ours and
# XNNPACK's alike, must be compiled with. The main build and the build of XNNPACK (cmake/xnnpack) both include this file.

# webquant_variant_flags(VARIANT OUT): the compiler flags of a variant, as a list.
function(webquant_variant_flags variant out)
  if(variant STREQUAL simd)
    set(flags -msimd128)
  elseif(variant STREQUAL relaxed-simd)
    set(flags -msimd128 -mrelaxed-simd)
  else()
    message(FATAL_ERROR "WEBQUANT_VARIANT is '${variant}'; it may be simd or relaxed-simd (cmake/variants.cmake)")
  endif()
  set(${out} ${flags} PARENT_SCOPE)
endfunction()
