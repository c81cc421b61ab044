# Run by ctest with cmake -P; CMakeLists.txt says what the variables are.
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY
    OUTPUT_VARIABLE output ECHO_OUTPUT_VARIABLE)
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${SCRATCH})
run(${CMAKE_COMMAND} --install ${ROUNDS_BUILD} --prefix ${SCRATCH}/prefix)
run(${CMAKE_COMMAND} -S ${EXAMPLE} -B ${SCRATCH}/build -G ${GENERATOR}
  -D CMAKE_BUILD_TYPE=Release
  -D CMAKE_PREFIX_PATH=${SCRATCH}/prefix
  -D CMAKE_CXX_COMPILER=${CXX}
  -D CMAKE_CXX_COMPILER_LAUNCHER=${CXX_LAUNCHER}
  -D CMAKE_EXE_LINKER_FLAGS=${LINKER_FLAGS})
run(${CMAKE_COMMAND} --build ${SCRATCH}/build)
run(${SCRATCH}/build/embed ${SCRATCH}/data)

if(NOT output MATCHES "resolved checkout x2: no answer for order \\* from \\*")
  message(FATAL_ERROR "the example did not list one resolved signature of two occurrences")
endif()
file(REMOVE_RECURSE ${SCRATCH})
