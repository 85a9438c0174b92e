# Finds the microkernels that XNNPACK can reach in this build. Its lists hold the kernels of every WebAssembly build; which of them one build uses
# is decided by the preprocessor in src/configs, so these files are preprocessed and the names that are left are looked up. A kernel left out by
# mistake would be an undefined symbol, which check_symbols.cmake finds.

set(ukernel_name "xnn_[A-Za-z0-9_]*ukernel[A-Za-z0-9_]*")

# webquant_reachable_kernels(FILES CALLERS): removes from the list FILES what nothing in the list CALLERS leads to, directly or by other kernels.
function(webquant_reachable_kernels files callers)
  set(configs ${callers})
  list(FILTER configs INCLUDE REGEX "/src/configs/[^/]*\\.c$")
  list(REMOVE_ITEM callers ${configs})
  set(all ${CMAKE_BINARY_DIR}/generated/all_configs.c)
  list(TRANSFORM configs REPLACE "(.+)" "#include \"\\1\"\n" OUTPUT_VARIABLE text)
  list(JOIN text "" text)
  file(WRITE ${all} "${text}")
  list(TRANSFORM definitions PREPEND -D OUTPUT_VARIABLE define_flags)
  list(TRANSFORM includes PREPEND -I OUTPUT_VARIABLE include_flags)
  execute_process(
    COMMAND ${WEBQUANT_CLANG_C} ${variant_flags} ${define_flags} ${include_flags} -w -E -P ${all}
    OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)

  # A name before a parenthesis is a declaration from a header.
  string(REGEX MATCHALL "${ukernel_name}[^A-Za-z0-9_(]" names "${text}")
  list(TRANSFORM names REPLACE "[^A-Za-z0-9_]$" "")
  foreach(caller ${callers})
    file(READ ${caller} text)
    string(REGEX MATCHALL "${ukernel_name}" more "${text}")
    list(APPEND names ${more})
  endforeach()

  set(left ${${files}})
  set(reached)
  while(names)
    foreach(name ${names})
      set(wanted_${name} TRUE)
    endforeach()
    set(names)
    foreach(file ${left})
      file(READ ${file} text)
      string(REGEX MATCHALL "${ukernel_name}" mentioned "${text}")
      # What defines no kernel is kept: others may need it.
      if(NOT mentioned)
        set(wanted_by_file TRUE)
      else()
        set(wanted_by_file FALSE)
        foreach(name ${mentioned})
          if(wanted_${name})
            set(wanted_by_file TRUE)
          endif()
        endforeach()
      endif()
      if(wanted_by_file)
        list(APPEND reached ${file})
        list(REMOVE_ITEM left ${file})
        list(APPEND names ${mentioned})
      endif()
    endforeach()
  endwhile()
  list(SORT reached)
  set(${files} ${reached} PARENT_SCOPE)
endfunction()
